# The text of tracebacks.
import traceback
def inner(x):
    return 1 / x
def outer(x):
    return inner(x)
try:
    outer(0)
except ZeroDivisionError as error:
    lines = traceback.format_exception(error)
    print(len(lines), lines[0].strip(), lines[-1].strip())
    frames = traceback.extract_tb(error.__traceback__)
    print([f.name for f in frames], frames[-1].lineno)
    print(error.__traceback__.tb_lineno, error.__traceback__.tb_frame.f_code.co_name)
try:
    try:
        outer(0)
    except ZeroDivisionError as e:
        raise KeyError("k") from e
except KeyError as error:
    text = "".join(traceback.format_exception(error))
    print("direct cause" in text, text.count("Traceback"), text.strip().splitlines()[-1])
print(traceback.format_exception_only(ValueError("only")))
