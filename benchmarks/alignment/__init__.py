"""How words and pictures are brought into one space: the protocol by which every way is measured, and a yardstick."""
