# SPDX-License-Identifier: Apache-2.0
"""Who and what the sample company is. Imports nothing heavy: the supervisor reads it too, for names and passwords."""

from dataclasses import dataclass

COMPANY = "深圳示例科技有限公司"
QUEUE_ID = "que_callcentre"
QUEUE_NAME = "呼叫中心"
DID = "4008123456"
QUEUE_NUMBER = "40081234560"
SWITCHBOARD = "40081234561"
TRUNK = "carrier"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the sample company."""

    login: str
    name: str
    roles: tuple[str, ...]
    number: str = ""
    agent_number: str = ""
    language: str = "zh"

    @property
    def user_id(self) -> str:
        return f"usr_demo_{self.login}"

    @property
    def display(self) -> str:
        """`8301234-1001`."""
        return f"{self.number[:-4]}-{self.number[-4:]}"


PEOPLE = (
    Someone("mei", "李梅", ("agent",), "83012341001", "1001"),
    Someone("lei", "张磊", ("agent",), "83012341002", "1002"),
    Someone("anna", "Anna Schmidt", ("agent", "supervisor"), "83012341003", "1003", "en"),
    Someone("wei", "王伟", ("employee",), "83012342001"),
    Someone("admin", "管理员", ("admin",)),
)
