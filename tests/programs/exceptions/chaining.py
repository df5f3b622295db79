# Causes, contexts and notes.
def show(error, depth=0):
    print("  " * depth + repr(error), error.__suppress_context__)
    if error.__cause__ is not None:
        show(error.__cause__, depth + 1)
    elif error.__context__ is not None:
        show(error.__context__, depth + 1)
try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ValueError("bad") from error
except ValueError as error:
    show(error)
try:
    try:
        {}["x"]
    except KeyError:
        raise RuntimeError("while handling")
except RuntimeError as error:
    show(error)
try:
    try:
        {}["x"]
    except KeyError:
        raise RuntimeError("hidden") from None
except RuntimeError as error:
    show(error)
try:
    e = ValueError("noted")
    e.add_note("first")
    e.add_note("second")
    raise e
except ValueError as error:
    print(error.__notes__, error.args)
class AppError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
    def __str__(self):
        return f"[{self.code}] {super().__str__()}"
try:
    raise AppError(7, "broken")
except AppError as error:
    print(error, error.code, error.args, isinstance(error, Exception))
try:
    raise OSError(2, "No such file", "x.txt")
except FileNotFoundError as error:
    print(error, error.errno, error.filename)
