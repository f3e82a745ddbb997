"""Groups of computers. So far there are the two every WSUS has."""

#: Every computer is in it; decisions for it flow down to all groups.
ALL_COMPUTERS = "a0a08746-4dbe-4a37-9adf-9e7652c0b421"
UNASSIGNED_COMPUTERS = "b73ca6ed-5727-47f3-84de-015e03f6a88a"
