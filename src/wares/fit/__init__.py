"""Learning from a shop's catalogue: heads that put its words and pictures into one space, bigger models, fusion.

``job``         one fit of a shop: learned, measured, built beside the index in force, switched to when better
``learning``    heads from pictured products: ``parting`` holds some out, ``wording`` says what is said of them
                (``captions``, ``terms``, ``telling``, ``texts``, ``plurals``), ``views`` shows pictures otherwise,
                ``training`` draws batches of the ``material`` for the ``network`` by one of the ``losses``, and
                ``judging`` marks it
``guard``       whole searches before and after; ``report`` what a fit did; ``drift``, ``due`` when another is due
``default``     the heads that wares brings
``lora``        a bigger model adapted by LoRA (extra "torch"); ``fusing`` fusion that is learned
"""
