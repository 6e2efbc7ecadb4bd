"""Files read without waiting and written whole, folders of ours, locks: what lies on the disk stays
right at any kill, whoever made it."""
