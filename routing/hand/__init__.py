"""What people decide: giving, reassigning, unassigning, rejecting, routing again, and what a leaver leaves behind."""

from routing.hand.add import Added, TakenError, Way, add, only_enquiry
from routing.hand.again import MOST as MOST_AGAIN
from routing.hand.again import Preview, Wanted, preview_again, route_again, run_again
from routing.hand.away import Onward, onward, release_away, untouched, would_go
from routing.hand.booked import give_booked
from routing.hand.clear_tests import clear_tests
from routing.hand.give import give, hand_over, split_give
from routing.hand.leave import Leave, LeavePreview, NotLeavingError, check_leave, leave, preview_leave
from routing.hand.merge import NotMergedError, merge, unmerge
from routing.hand.moved import Moved, Split
from routing.hand.owners import rescue, stranded_owners
from routing.hand.priority import set_priority, split_priority
from routing.hand.reject import reject
from routing.hand.release import release, split_release
from routing.hand.revive import may_revive, revive, route_late, stopped
from routing.hand.undo import Stood, to_desk

__all__ = [
    "MOST_AGAIN",
    "Added",
    "Leave",
    "LeavePreview",
    "Moved",
    "NotLeavingError",
    "NotMergedError",
    "Onward",
    "Preview",
    "Split",
    "Stood",
    "TakenError",
    "Wanted",
    "Way",
    "add",
    "check_leave",
    "clear_tests",
    "give",
    "give_booked",
    "hand_over",
    "leave",
    "may_revive",
    "merge",
    "only_enquiry",
    "onward",
    "preview_again",
    "preview_leave",
    "reject",
    "release",
    "release_away",
    "rescue",
    "revive",
    "route_again",
    "route_late",
    "run_again",
    "set_priority",
    "split_give",
    "split_priority",
    "split_release",
    "stopped",
    "stranded_owners",
    "to_desk",
    "unmerge",
    "untouched",
    "would_go",
]
