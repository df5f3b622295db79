"""Names of subprocess. Starting a process is refused."""

PIPE, STDOUT, DEVNULL = -1, -2, -3


class SubprocessError(Exception):
    pass


class CalledProcessError(SubprocessError):
    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = self.stdout = output
        self.stderr = stderr

    def __str__(self):
        return f'Command {self.cmd!r} returned non-zero exit status {self.returncode}.'


class TimeoutExpired(SubprocessError):
    def __init__(self, cmd, timeout, output=None, stderr=None):
        self.cmd = cmd
        self.timeout = timeout
        self.output = self.stdout = output
        self.stderr = stderr

    def __str__(self):
        return f'Command {self.cmd!r} timed out after {self.timeout} seconds'


class CompletedProcess:
    def __init__(self, args, returncode, stdout=None, stderr=None):
        self.args = args
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr


class Popen:
    """Cannot be made."""

    def __init__(self, *args, **kwargs):
        raise OSError(38, 'processes are not available here')


def _refused(*args, **kwargs):
    raise OSError(38, 'processes are not available here')


run = call = check_call = check_output = getoutput = getstatusoutput = _refused
