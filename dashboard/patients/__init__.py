"""What the pages about patients show: rows under the reader's scope turned into statuses, questions and words."""
