import circular_b
def name():
    return "a"
def result():
    return circular_b.ask()
