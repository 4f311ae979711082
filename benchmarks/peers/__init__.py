"""Other engines on the same catalogue, vectors, text and questions, in turns with wares (settings: README.md).

    python -m benchmarks.peers

inputs.py         the catalogue, the vectors and the questions as files, written once
environments.py   an environment of its own for each peer, made with venv and pip
contest.py        who does what when: ingest, tune, then rounds of questions, each in a process of its own
tables.py         what came of it, as ratios to wares and beside a scan
runner.py         the process that is measured; it runs in the entrant's environment
protocol.py       what is handed to that process and back; memory.py what it takes
entrants/         one file for each, and the table of all
"""
