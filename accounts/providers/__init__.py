"""Sign-in with accounts that people have elsewhere: who offers it, what they answer, what is connected."""
