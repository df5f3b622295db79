# A cooperative scheduler made of generators.
import heapq
class Scheduler:
    def __init__(self):
        self.now, self.queue, self.sequence, self.log = 0, [], 0, []
    def spawn(self, task, delay=0):
        heapq.heappush(self.queue, (self.now + delay, self.sequence, task))
        self.sequence += 1
    def run(self):
        while self.queue:
            self.now, _, task = heapq.heappop(self.queue)
            try:
                request = task.send(None)
            except StopIteration as stop:
                self.log.append((self.now, "end", stop.value))
                continue
            if isinstance(request, (int, float)):
                self.spawn(task, request)
            else:
                self.spawn(request)
                self.spawn(task)
scheduler = Scheduler()
def child(name):
    yield 0.5
    scheduler.log.append((scheduler.now, name))
    return name
def parent():
    for i in range(2):
        yield child(f"child {i}")
        yield 1
    return "parent"
scheduler.spawn(parent())
scheduler.spawn(child("solo"), 0.25)
scheduler.run()
for entry in scheduler.log:
    print(*entry)
