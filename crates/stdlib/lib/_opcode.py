"""What `opcode` and `dis` ask; our bytecode is another than CPython's."""


def stack_effect(opcode, oparg=None, /, *, jump=None):
    return 0


def _no(opcode):
    return False


is_valid = has_arg = has_const = has_name = has_jump = has_free = has_local = has_exc = _no


def get_executor(*, code, offset):
    return None


def get_nb_ops():
    return []


def get_intrinsic1_descs():
    return []


get_intrinsic2_descs = get_special_method_names = get_common_constants = get_intrinsic1_descs
