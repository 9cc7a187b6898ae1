"""Tool calls and typed answers by small models that were never taught them."""
