"""Value: what members bring, how long they have been bringing it, who brings most of it, what is to be expected."""
