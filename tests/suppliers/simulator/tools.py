# SPDX-License-Identifier: Apache-2.0
"""Which tools there are."""
from .desk import Desk
from .generic import Generic
from .github import GitHub
from .jira import Jira, JiraDC
from .native import Native
from .redmine import Redmine
from .rt import RT
from .servicenow import ServiceNow
from .zendesk import Zendesk

TOOLS = {tool.name: tool for tool in (Desk, Generic, GitHub, Jira, JiraDC, Native, Redmine, RT, ServiceNow, Zendesk)}
