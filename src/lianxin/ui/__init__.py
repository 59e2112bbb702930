"""Layouts, components and the front end's build. No models, no knowledge of cases."""
