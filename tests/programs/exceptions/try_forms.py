# Every form of try.
def run(n):
    log = []
    try:
        log.append("try")
        if n == 1:
            raise ValueError("one")
        if n == 2:
            return log + ["returned"]
        if n == 3:
            {}["k"]
    except ValueError as error:
        log.append(f"except {error}")
    except (KeyError, IndexError) as error:
        log.append(f"lookup {error!r}")
    else:
        log.append("else")
    finally:
        log.append("finally")
        print("cleanup", n)
    return log
for n in range(4):
    print(run(n))
def override():
    try:
        return "try"
    finally:
        return "finally"
print(override())
def loop():
    for i in range(3):
        try:
            if i == 1:
                continue
            if i == 2:
                break
            print("body", i)
        finally:
            print("finally", i)
    return i
print(loop())
try:
    try:
        raise KeyError("inner")
    except KeyError:
        raise
except KeyError as error:
    print("again", error)
try:
    error
except NameError:
    print("unbound after the handler")
def nested():
    try:
        try:
            1 / 0
        finally:
            print("inner finally")
    except ZeroDivisionError:
        return "handled"
print(nested())
try:
    raise RuntimeError
except Exception as e:
    print(repr(e), e.args)
try:
    assert 1 == 2, "not equal"
except AssertionError as e:
    print(e)
try:
    raise "text"
except TypeError as e:
    print(e)
