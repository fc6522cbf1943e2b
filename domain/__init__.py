"""The words of Halfvol: frozen dataclasses and enums. Standard library only; imports nothing else of ours."""
