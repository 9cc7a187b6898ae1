"""Ready-made tools, one module per subject; shipped as `agentkit.tools`.

Each is written as you would write your own, and can be copied into your project.
"""
