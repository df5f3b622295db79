"""The outer planets under gravity, 2,000 steps of floats in lists: nanoseconds for the whole."""

import math
import time

SOLAR_MASS = 4 * math.pi**2
DAYS = 365.24


def system():
    """Sun, Jupiter, Saturn, Uranus, Neptune: place, velocity, mass."""
    bodies = [
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], SOLAR_MASS),
        (
            [4.84143144246472090, -1.16032004402742839, -0.103622044471123109],
            [0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS],
            0.000954791938424326609 * SOLAR_MASS,
        ),
        (
            [8.34336671824457987, 4.12479856412430479, -0.403523417114321381],
            [-0.00276742510726411250 * DAYS, 0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS],
            0.000285885980666130812 * SOLAR_MASS,
        ),
        (
            [12.8943695621391310, -15.1111514016986312, -0.223307578892655734],
            [0.00296460137564761618 * DAYS, 0.00237847173959480950 * DAYS, -0.0000296589568540237556 * DAYS],
            0.0000436624404335156298 * SOLAR_MASS,
        ),
        (
            [15.3796971148509165, -25.9193146099879641, 0.179258772950371181],
            [0.00268067772490389322 * DAYS, 0.00162824170038242295 * DAYS, -0.0000951592254519715870 * DAYS],
            0.0000515138902046611451 * SOLAR_MASS,
        ),
    ]
    for axis in range(3):
        drift = sum(velocity[axis] * mass for _, velocity, mass in bodies)
        bodies[0][1][axis] = -drift / SOLAR_MASS
    return bodies


def advance(pairs, bodies, step, count):
    for _ in range(count):
        for (place, speed, mass), (other_place, other_speed, other_mass) in pairs:
            dx = place[0] - other_place[0]
            dy = place[1] - other_place[1]
            dz = place[2] - other_place[2]
            pull = step / (dx * dx + dy * dy + dz * dz) ** 1.5
            ours = mass * pull
            theirs = other_mass * pull
            speed[0] -= dx * theirs
            speed[1] -= dy * theirs
            speed[2] -= dz * theirs
            other_speed[0] += dx * ours
            other_speed[1] += dy * ours
            other_speed[2] += dz * ours
        for place, speed, _ in bodies:
            place[0] += step * speed[0]
            place[1] += step * speed[1]
            place[2] += step * speed[2]


def energy(pairs, bodies):
    total = 0.0
    for (place, _, mass), (other, _, other_mass) in pairs:
        total -= mass * other_mass / math.dist(place, other)
    for _, speed, mass in bodies:
        total += mass * sum(part * part for part in speed) / 2
    return total


async def main():
    for _ in range(25):
        bodies = system()
        pairs = [(one, two) for at, one in enumerate(bodies) for two in bodies[at + 1 :]]
        assert abs(energy(pairs, bodies) + 0.169075164) < 1e-8
        start = time.perf_counter()
        advance(pairs, bodies, 0.01, 2000)
        print("@", (time.perf_counter() - start) * 1e9)
        assert abs(energy(pairs, bodies) + 0.169079859) < 1e-4
