"""An incremental solver of one-way constraints, on a chain and a projection: nanoseconds for the whole.

The DeltaBlue algorithm of Freeman-Benson and Maloney: constraints have strengths, and a plan is
worked out anew only where something changed.
"""

import time


class Strength:
    """How much a constraint matters; lower numbers are stronger."""

    def __init__(self, number, name):
        self.number = number
        self.name = name

    def is_stronger(self, other):
        return self.number < other.number

    def is_weaker(self, other):
        return self.number > other.number

    def weaker(self, other):
        return self if self.number > other.number else other


REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = (
    Strength(number, name)
    for number, name in enumerate(
        ["required", "strong preferred", "preferred", "strong default", "normal", "weak default", "weakest"]
    )
)
BY_NUMBER = [REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST]


class Variable:
    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walkabout = WEAKEST
        self.stays = True

    def remove_constraint(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    def __init__(self, strength):
        self.strength = strength

    def add(self, planner):
        self.add_to_graph()
        planner.incremental_add(self)

    def destroy(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.remove_from_graph()

    def is_input(self):
        return False

    def satisfy(self, mark, planner):
        """Makes this constraint hold; the one it overrides, if any."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength is REQUIRED:
                raise RuntimeError("a required constraint cannot be satisfied")
            return None
        self.mark_inputs(mark)
        output = self.output()
        overridden = output.determined_by
        if overridden is not None:
            overridden.mark_unsatisfied()
        output.determined_by = self
        if not planner.add_propagate(self, mark):
            raise RuntimeError("a cycle")
        output.mark = mark
        return overridden


class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        super().__init__(strength)
        self.variable = variable
        self.satisfied = False
        self.add(planner)

    def add_to_graph(self):
        self.variable.constraints.append(self)
        self.satisfied = False

    def remove_from_graph(self):
        self.variable.remove_constraint(self)
        self.satisfied = False

    def choose_method(self, mark):
        variable = self.variable
        self.satisfied = variable.mark != mark and self.strength.is_stronger(variable.walkabout)

    def is_satisfied(self):
        return self.satisfied

    def mark_unsatisfied(self):
        self.satisfied = False

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.variable

    def recalculate(self):
        variable = self.variable
        variable.walkabout = self.strength
        variable.stays = not self.is_input()
        if variable.stays:
            self.execute()

    def execute(self):
        pass


class StayConstraint(UnaryConstraint):
    """The variable keeps its value."""


class EditConstraint(UnaryConstraint):
    """The variable is being set from outside."""

    def is_input(self):
        return True


FORWARD, BACKWARD = 1, -1


class BinaryConstraint(Constraint):
    def __init__(self, first, second, strength, planner):
        super().__init__(strength)
        self.first = first
        self.second = second
        self.direction = None
        self.add(planner)

    def add_to_graph(self):
        self.first.constraints.append(self)
        self.second.constraints.append(self)
        self.direction = None

    def remove_from_graph(self):
        self.first.remove_constraint(self)
        self.second.remove_constraint(self)
        self.direction = None

    def choose_method(self, mark):
        first, second, strength = self.first, self.second, self.strength
        if first.mark == mark:
            free = second.mark != mark and strength.is_stronger(second.walkabout)
            self.direction = FORWARD if free else None
        elif second.mark == mark:
            self.direction = BACKWARD if strength.is_stronger(first.walkabout) else None
        elif first.walkabout.is_weaker(second.walkabout):
            self.direction = BACKWARD if strength.is_stronger(first.walkabout) else None
        else:
            self.direction = FORWARD if strength.is_stronger(second.walkabout) else None

    def is_satisfied(self):
        return self.direction is not None

    def mark_unsatisfied(self):
        self.direction = None

    def mark_inputs(self, mark):
        self.input().mark = mark

    def input(self):
        return self.first if self.direction == FORWARD else self.second

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def inputs_known(self, mark):
        source = self.input()
        return source.mark == mark or source.stays or source.determined_by is None

    def recalculate(self):
        source, output = self.input(), self.output()
        output.walkabout = self.strength.weaker(source.walkabout)
        output.stays = source.stays
        if output.stays:
            self.execute()


class EqualConstraint(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class ScaleConstraint(BinaryConstraint):
    """second = first * scale + offset."""

    def __init__(self, first, scale, offset, second, strength, planner):
        self.scale = scale
        self.offset = offset
        super().__init__(first, second, strength, planner)

    def add_to_graph(self):
        super().add_to_graph()
        self.scale.constraints.append(self)
        self.offset.constraints.append(self)

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.scale.mark = self.offset.mark = mark

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, output = self.input(), self.output()
        output.walkabout = self.strength.weaker(source.walkabout)
        output.stays = source.stays and self.scale.stays and self.offset.stays
        if output.stays:
            self.execute()


class Planner:
    def __init__(self):
        self.mark = 0

    def new_mark(self):
        self.mark += 1
        return self.mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        overridden = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def incremental_remove(self, constraint):
        output = constraint.output()
        constraint.mark_unsatisfied()
        constraint.remove_from_graph()
        unsatisfied = self.remove_propagate(output)
        for strength in BY_NUMBER:
            for other in unsatisfied:
                if other.strength is strength:
                    self.incremental_add(other)

    def plan_from(self, sources):
        mark = self.new_mark()
        plan = []
        todo = sources
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                output.mark = mark
                self.add_consuming(output, todo)
        return plan

    def plan_from_constraints(self, constraints):
        return self.plan_from([one for one in constraints if one.is_input() and one.is_satisfied()])

    def add_propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            one = todo.pop()
            if one.output().mark == mark:
                self.incremental_remove(constraint)
                return False
            one.recalculate()
            self.add_consuming(one.output(), todo)
        return True

    def remove_propagate(self, output):
        output.determined_by = None
        output.walkabout = WEAKEST
        output.stays = True
        unsatisfied = []
        todo = [output]
        while todo:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            determining = variable.determined_by
            for constraint in variable.constraints:
                if constraint is not determining and constraint.is_satisfied():
                    constraint.recalculate()
                    todo.append(constraint.output())
        return unsatisfied

    def add_consuming(self, variable, todo):
        determining = variable.determined_by
        for constraint in variable.constraints:
            if constraint is not determining and constraint.is_satisfied():
                todo.append(constraint)


def change(variable, value, planner):
    edit = EditConstraint(variable, PREFERRED, planner)
    plan = planner.plan_from_constraints([edit])
    for _ in range(10):
        variable.value = value
        for constraint in plan:
            constraint.execute()
    edit.destroy(planner)


def chain(length):
    """A long chain of equalities, the first one edited."""
    planner = Planner()
    variables = [Variable(f"v{number}") for number in range(length + 1)]
    for first, second in zip(variables, variables[1:]):
        EqualConstraint(first, second, REQUIRED, planner)
    StayConstraint(variables[-1], STRONG_DEFAULT, planner)
    edit = EditConstraint(variables[0], PREFERRED, planner)
    plan = planner.plan_from_constraints([edit])
    for value in range(100):
        variables[0].value = value
        for constraint in plan:
            constraint.execute()
        assert variables[-1].value == value
    edit.destroy(planner)


def projection(length):
    """Many pairs joined by the same scale and offset, each of which is changed."""
    planner = Planner()
    scale, offset = Variable("scale", 10), Variable("offset", 1000)
    targets = []
    for number in range(length):
        source, target = Variable(f"s{number}", number), Variable(f"t{number}", number)
        targets.append(target)
        StayConstraint(source, NORMAL, planner)
        ScaleConstraint(source, scale, offset, target, REQUIRED, planner)
    change(source, 17, planner)
    assert target.value == 1170, target.value
    change(target, 1050, planner)
    assert source.value == 5, source.value
    change(scale, 5, planner)
    assert all(target.value == number * 5 + 1000 for number, target in enumerate(targets[:-1]))
    change(offset, 2000, planner)
    assert all(target.value == number * 5 + 2000 for number, target in enumerate(targets[:-1]))


async def main():
    for _ in range(60):
        start = time.perf_counter()
        chain(100)
        projection(100)
        print("@", (time.perf_counter() - start) * 1e9)
