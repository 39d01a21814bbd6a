"""The page: the only room that imports gradio. It knows engine, experiments and outputs; none of them knows it."""
