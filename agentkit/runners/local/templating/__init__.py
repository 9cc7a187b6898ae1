"""Chat templates: programs in Jinja that come with a model's weights, and turn a conversation into its prompt.

They are rendered as Hugging Face's `transformers` does, in a sandbox with limits: nobody has read them.
"""
