"""The transformers engine: folders of safetensors, on a GPU."""
