"""What is read of payments: what is due, who paid what and how, what is in the till, what is to hand over."""
