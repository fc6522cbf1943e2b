"""The pages: server-rendered HTML with TypeScript modules, in Dutch and English."""
