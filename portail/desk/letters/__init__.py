"""The letters that the desk prints. Each is a Typst template beside this file, and the data that fills it."""
