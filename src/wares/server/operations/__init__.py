"""What operators need: whether a server lives and is ready, figures, logs and traces.

``watching``   surrounds every request: its id, how long it took, what came of it
``metrics``    figures for Prometheus, of one process or of several workers
``logs``       lines of text or JSON
``tracing``    spans for OpenTelemetry, where that has been set up
``sizes``      how much there is
``readiness``  what must be loaded before questions are answered as they should
``health``     the routes: ``/healthz``, ``/readyz``, ``/metrics``
"""
