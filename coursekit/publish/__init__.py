"""From one source to what people open: lessons, solutions, exercises, releases and slides."""
