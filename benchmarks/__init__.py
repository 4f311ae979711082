"""What the project measures of itself. Each file is a command; what `make bench` and `make peers` print: results.md.

    python -m benchmarks.speed          the targets for speed, memory and disk, beside a brute-force scan
    python -m benchmarks.quality        how well the right products are found, on judged questions
    python -m benchmarks.peers          other engines on the same vectors, text and questions
    python benchmarks/words.py          BM25 alone, with other parameters
    python benchmarks/pictures.py       what pictures alone find
    python -m benchmarks.alignment.yardstick   words and pictures in one space: what a way of joining them has to beat
    python benchmarks/processes.py      what sharing one index between processes costs

They read the development data sets, zip files that lie beside the project and are no part of it.
"""
