"""Who may do what (roles), and who sees what (sight)."""

from governance.access.principals import NIGHTLY, OPERATOR, VISITOR, Actor, Grant, Holding, Principal
from governance.access.roles import PERMISSIONS, Permission, Role, sees_telephones
from governance.access.sight import EVERYTHING, NOTHING, IncidentFacts, Sight

__all__ = [
    "EVERYTHING",
    "NIGHTLY",
    "NOTHING",
    "OPERATOR",
    "PERMISSIONS",
    "VISITOR",
    "Actor",
    "Grant",
    "Holding",
    "IncidentFacts",
    "Permission",
    "Principal",
    "Role",
    "Sight",
    "sees_telephones",
]
