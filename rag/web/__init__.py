"""The pages: they call `rag.chatbot` and show records, and hold no logic of retrieval or answers."""
