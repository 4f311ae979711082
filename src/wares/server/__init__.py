"""The HTTP door: an API under ``/api/v1``, a storefront, a console, and what operators need.

``app``        puts it together
``serving``    what lives as long as the server: the shop, what it was told, what writes into it
``config``     how it was started
``access``     who asks, and what they may do and see
``errors``     one table from errors to statuses, one body for all of them
``messages``   requests and answers as JSON; ``openapi`` tells programs what they look like
``api``        one file for each family of routes
``pages``      the storefront; ``static``: its style and modules

The core knows nothing of HTTP: a route reads a request, calls the shop, and writes the answer.
"""
