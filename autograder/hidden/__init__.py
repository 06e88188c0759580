"""What students never see: hidden tests, the reference, known mistakes. Nothing of this folder is ever shipped."""
