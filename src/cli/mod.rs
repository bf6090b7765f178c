//! One file a command: arguments in, a call of the rooms, exit status out.
