import circular_a
try:
    from circular_a import name
except ImportError as error:
    print("partially" in str(error))
def ask():
    return circular_a.name()
