"""The left side: how each platform speaks. One package per platform, behind the protocols of `base`."""
