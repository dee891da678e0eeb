"""What was measured over many shipped models: each finding a function from models and data to plain JSON values."""
