"""A bench for a shop: how fast it answers, where the time goes, what it costs, and what its index misses.

``measuring``    all of it, in one report (``wares bench SHOP``); ``records`` what that report holds
``questions``    what is asked: from a file, or words and pictures drawn from the shop itself
``selective``    filters that pass about 1 %, 10 % and 50 % of a shop's products, and fields to count
``latency``      questions in turns: new and repeated, filtered and not; and the share of every stage
``load``         answers a second by several threads, and by several processes
``recall``       what the approximate vector channels miss of the exact nearest
``scan``         the yardstick: the same vectors compared one by one
``memory``       what a process that searches takes; what lies on disk
``timing``       percentiles and stopwatches; ``children`` processes of the bench's own; ``parts`` a shop taken apart

A bench reads and never writes: another process may serve the shop meanwhile, and is then part of what is measured.
"""
