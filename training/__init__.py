"""How the bundled model is made: one file a stage. The app needs none of it."""
