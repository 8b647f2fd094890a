"""文证: answers questions about Chinese essays and proves every sentence it says."""
