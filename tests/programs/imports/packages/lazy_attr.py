real = "real"
def __getattr__(name):
    return f"made {name}"
