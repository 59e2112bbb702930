"""The installation: settings, addresses, the demo town, loading and export, the command line."""
