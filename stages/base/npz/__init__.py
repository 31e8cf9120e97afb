"""Arrays in .npz files, which `np.savez` stores uncompressed, one after the other."""
