# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the order in which testenv/check starts the suites."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from spnenv import pace, suites     # noqa: E402 (needs the path)


def suite(name, **more):
    return suites.Suite(name, suites.NOWHERE, "counted", "true", **more)


def sets_of(chosen, jobs, ended):
    """The suites that run at once, from the first to the last of them. ended()
    says which one of those that run is the next to end."""
    waiting, running = pace.in_order(chosen), []
    while waiting or running:
        while True:
            found = pace.next_of(waiting, running, jobs)
            if found is None:
                break
            waiting.remove(found)
            running.append(found)
        yield list(running)
        running.remove(ended(running))


def first_of(running):
    return running[0]


def last_of(running):
    return running[-1]


class PaceTest(unittest.TestCase):

    def test_names(self):
        """Each that is listed is a suite."""
        names = {each.name for each in suites.all_suites()}
        for listed in pace.SECONDS, pace.WAITING, pace.APART:
            self.assertEqual(set(), set(listed) - names)

    def test_all_run(self):
        """Each of the suites is started, whichever ends first."""
        for jobs in 1, 2, 3, 9:
            for ended in first_of, last_of:
                ran = {each.name for running in sets_of(
                    suites.long_suites(), jobs, ended) for each in running}
                self.assertEqual(
                    ran, {each.name for each in suites.long_suites()})

    def test_alone(self):
        """What writes into bin/ runs beside nothing that reads there."""
        for ended in first_of, last_of:
            for running in sets_of(suites.all_suites(), 3, ended):
                writing = [each for each in running if each.alone]
                reading = [each for each in running if not each.alone and
                           each.name not in pace.APART]
                if writing:
                    self.assertEqual((len(writing), reading), (1, []))

    def test_places(self):
        """As many as there are places, of either kind; one is one of all."""
        for jobs in 1, 2, 3:
            for running in sets_of(suites.all_suites(), jobs, first_of):
                waits = len([each for each in running
                             if each.name in pace.WAITING])
                self.assertLessEqual(waits, jobs)
                self.assertLessEqual(len(running) - waits, jobs)
                if jobs == 1:
                    self.assertEqual(len(running), 1)

    def test_longest_first(self):
        """Before others that may run, too; what runs alone before all."""
        longest = max(pace.SECONDS, key=pace.SECONDS.get)
        found = pace.in_order([suite("x"), suite(longest),
                               suite("y", alone=True), suite("z")])
        self.assertEqual([each.name for each in found],
                         ["y", longest, "x", "z"])


if __name__ == "__main__":
    unittest.main()
