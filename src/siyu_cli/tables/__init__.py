"""The contracts: every table siyu reads or writes, its columns in order, and what they are called.

Header recognition reads ``aliases``, the cleaner reads ``kind``, the core reads ``SQL_TYPES``, workbooks
and the documentation read ``en`` and ``zh``, masks read ``mask``. Nothing else names a column twice.
"""
