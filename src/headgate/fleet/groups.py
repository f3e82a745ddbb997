"""Groups of computers. So far there is the one every WSUS has."""

#: Every computer is in it; decisions for it flow down to all groups.
ALL_COMPUTERS = "a0a08746-4dbe-4a37-9adf-9e7652c0b421"
