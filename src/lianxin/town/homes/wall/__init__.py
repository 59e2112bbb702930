"""The wall (大屏): a page for a screen in the hall or the leader's office. Counts alone, never a case."""
