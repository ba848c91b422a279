"""What is known about a study: its best schedules, their verification, and the words for both."""
