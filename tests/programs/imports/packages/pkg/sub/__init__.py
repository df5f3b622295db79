__all__ = ["star"]
star = "*"
hidden = "h"
_private = 1
