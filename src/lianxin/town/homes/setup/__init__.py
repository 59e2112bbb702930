"""The pages in which an administrator sets a town up."""
