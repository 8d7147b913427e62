"""How often the statistics err, and how much they find, over simulated studies. Run with `make calibrate`."""
