"""Contains all the data models used in inputs/outputs"""

from .api_key_in import ApiKeyIn
from .api_key_made import ApiKeyMade
from .api_key_out import ApiKeyOut
from .api_key_page import ApiKeyPage
from .assignment_out import AssignmentOut
from .assignment_page import AssignmentPage
from .audit_line import AuditLine
from .audit_line_detail import AuditLineDetail
from .audit_page import AuditPage
from .availability import Availability
from .bad_line import BadLine
from .body_create_token import BodyCreateToken
from .configuration_in import ConfigurationIn
from .configuration_out import ConfigurationOut
from .configuration_page import ConfigurationPage
from .configuration_patch import ConfigurationPatch
from .count import Count
from .document_in import DocumentIn
from .document_operations import DocumentOperations
from .document_out import DocumentOut
from .document_page import DocumentPage
from .document_patch import DocumentPatch
from .document_permissions import DocumentPermissions
from .document_row import DocumentRow
from .exclusion_kind import ExclusionKind
from .export_documents_format import ExportDocumentsFormat
from .field_error import FieldError
from .get_document_include_item import GetDocumentIncludeItem
from .grant_in import GrantIn
from .grant_out import GrantOut
from .grant_page import GrantPage
from .health import Health
from .imported import Imported
from .list_documents_include_item import ListDocumentsIncludeItem
from .list_permitted_users_action import ListPermittedUsersAction
from .other_user import OtherUser
from .password_change import PasswordChange
from .password_forgotten import PasswordForgotten
from .password_reset_in import PasswordResetIn
from .permission_out import PermissionOut
from .permissions import Permissions
from .problem import Problem
from .purged import Purged
from .purged_counts import PurgedCounts
from .refresh_in import RefreshIn
from .role_in import RoleIn
from .role_out import RoleOut
from .role_page import RolePage
from .role_patch import RolePatch
from .session_out import SessionOut
from .session_page import SessionPage
from .share_in import ShareIn
from .share_level import ShareLevel
from .share_out import ShareOut
from .share_page import SharePage
from .token import Token
from .until import Until
from .user_in import UserIn
from .user_out import UserOut
from .user_page import UserPage
from .user_patch import UserPatch
from .wanted import Wanted
from .wanted_roles import WantedRoles

__all__ = (
    "ApiKeyIn",
    "ApiKeyMade",
    "ApiKeyOut",
    "ApiKeyPage",
    "AssignmentOut",
    "AssignmentPage",
    "AuditLine",
    "AuditLineDetail",
    "AuditPage",
    "Availability",
    "BadLine",
    "BodyCreateToken",
    "ConfigurationIn",
    "ConfigurationOut",
    "ConfigurationPage",
    "ConfigurationPatch",
    "Count",
    "DocumentIn",
    "DocumentOperations",
    "DocumentOut",
    "DocumentPage",
    "DocumentPatch",
    "DocumentPermissions",
    "DocumentRow",
    "ExclusionKind",
    "ExportDocumentsFormat",
    "FieldError",
    "GetDocumentIncludeItem",
    "GrantIn",
    "GrantOut",
    "GrantPage",
    "Health",
    "Imported",
    "ListDocumentsIncludeItem",
    "ListPermittedUsersAction",
    "OtherUser",
    "PasswordChange",
    "PasswordForgotten",
    "PasswordResetIn",
    "PermissionOut",
    "Permissions",
    "Problem",
    "Purged",
    "PurgedCounts",
    "RefreshIn",
    "RoleIn",
    "RoleOut",
    "RolePage",
    "RolePatch",
    "SessionOut",
    "SessionPage",
    "ShareIn",
    "ShareLevel",
    "ShareOut",
    "SharePage",
    "Token",
    "Until",
    "UserIn",
    "UserOut",
    "UserPage",
    "UserPatch",
    "Wanted",
    "WantedRoles",
)
