"""An operating system's scheduler with six tasks that pass packets: nanoseconds for the whole.

Martin Richards' benchmark: an idle task, a worker, two handlers and two devices, each an object
with a state of its own.
"""

import time

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_KIND, WORK_KIND = range(2)
PACKET_SIZE = 4
ALPHABET = 26


class Packet:
    def __init__(self, link, task, kind):
        self.link = link
        self.task = task
        self.kind = kind
        self.letter = 0
        self.data = [0] * PACKET_SIZE

    def append_to(self, queue):
        """The queue with this packet at its end."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class State:
    def __init__(self, pending=False, waiting=False):
        self.pending = pending
        self.waiting = waiting
        self.held = False

    def set_running(self):
        self.pending = self.waiting = self.held = False

    def set_pending(self):
        self.pending = True
        self.waiting = self.held = False

    def is_held_or_waiting(self):
        return self.held or (not self.pending and self.waiting)

    def is_waiting_with_packet(self):
        return self.pending and self.waiting and not self.held


class Task(State):
    def __init__(self, system, number, priority, queue, pending, waiting):
        super().__init__(pending, waiting)
        self.system = system
        self.number = number
        self.priority = priority
        self.queue = queue
        self.link = system.tasks
        system.tasks = self
        system.table[number] = self

    def step(self, packet):
        raise NotImplementedError

    def add_packet(self, packet, sender):
        if self.queue is None:
            self.queue = packet
            self.pending = True
            if self.priority > sender.priority:
                return self
        else:
            packet.append_to(self.queue)
        return sender

    def run(self):
        if self.is_waiting_with_packet():
            packet = self.queue
            self.queue = packet.link
            if self.queue is None:
                self.set_running()
            else:
                self.set_pending()
        else:
            packet = None
        return self.step(packet)

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.system.held_count += 1
        self.held = True
        return self.link

    def release(self, number):
        task = self.system.table[number]
        task.held = False
        return task if task.priority > self.priority else self

    def send(self, packet):
        target = self.system.table[packet.task]
        self.system.sent_count += 1
        packet.link = None
        packet.task = self.number
        return target.add_packet(packet, self)


class IdleTask(Task):
    def __init__(self, system, count):
        super().__init__(system, IDLE, 0, None, False, False)
        self.control = 1
        self.count = count

    def step(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class WorkerTask(Task):
    def __init__(self, system, queue):
        super().__init__(system, WORKER, 1000, queue, True, True)
        self.destination = HANDLER_A
        self.letters = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.task = self.destination
        packet.letter = 0
        for at in range(PACKET_SIZE):
            self.letters += 1
            if self.letters > ALPHABET:
                self.letters = 1
            packet.data[at] = ord("A") + self.letters - 1
        return self.send(packet)


class HandlerTask(Task):
    def __init__(self, system, number, priority, queue):
        super().__init__(system, number, priority, queue, True, True)
        self.work = None
        self.device = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK_KIND:
                self.work = packet.append_to(self.work)
            else:
                self.device = packet.append_to(self.device)
        work = self.work
        if work is None:
            return self.wait()
        at = work.letter
        if at >= PACKET_SIZE:
            self.work = work.link
            return self.send(work)
        device = self.device
        if device is None:
            return self.wait()
        self.device = device.link
        device.letter = work.data[at]
        work.letter = at + 1
        return self.send(device)


class DeviceTask(Task):
    def __init__(self, system, number, priority):
        super().__init__(system, number, priority, None, False, True)
        self.kept = None

    def step(self, packet):
        if packet is None:
            packet = self.kept
            if packet is None:
                return self.wait()
            self.kept = None
            return self.send(packet)
        self.kept = packet
        return self.hold()


class System:
    def __init__(self, count):
        self.tasks = None
        self.table = [None] * 6
        self.held_count = self.sent_count = 0
        IdleTask(self, count)
        queue = Packet(None, 0, WORK_KIND)
        WorkerTask(self, Packet(queue, 0, WORK_KIND))
        for handler, device, priority in ((HANDLER_A, DEVICE_A, 2000), (HANDLER_B, DEVICE_B, 3000)):
            queue = None
            for _ in range(3):
                queue = Packet(queue, device, DEVICE_KIND)
            HandlerTask(self, handler, priority, queue)
        DeviceTask(self, DEVICE_A, 4000)
        DeviceTask(self, DEVICE_B, 5000)

    def run(self):
        task = self.tasks
        while task is not None:
            task = task.link if task.is_held_or_waiting() else task.run()


async def main():
    for _ in range(60):
        start = time.perf_counter()
        system = System(1000)
        system.run()
        print("@", (time.perf_counter() - start) * 1e9)
        assert (system.sent_count, system.held_count) == (2322, 928), (system.sent_count, system.held_count)
